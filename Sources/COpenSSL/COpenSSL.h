// The part of OpenSSL 3.0 that a client on a descriptor needs. Swift sees neither its macros nor errno as it was right
// after a call; the functions here give it both. Steps of a session have one form, openssl_step.
#pragma once
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/// What came of a step of a session.
enum openssl_result {
  openssl_done = 0,         ///< `count` octets, or the handshake is over
  openssl_wants_read = 1,   ///< again when the descriptor can be read
  openssl_wants_write = 2,  ///< again when it can be written
  openssl_closed = 3,       ///< the other side has finished
  openssl_broken = 4,       ///< a system call failed with `code`
  openssl_refused = 5,      ///< TLS failed; the words are in the error queue
};

struct openssl_step {
  int result;
  int code;
  size_t count;
};

static inline struct openssl_step openssl_step_of(SSL *session, int result, size_t count) {
  int system = errno;
  struct openssl_step step = {.result = openssl_done, .count = count};
  if (result == 1) return step;
  switch (SSL_get_error(session, result)) {
    case SSL_ERROR_WANT_READ: step.result = openssl_wants_read; break;
    case SSL_ERROR_WANT_WRITE: step.result = openssl_wants_write; break;
    case SSL_ERROR_ZERO_RETURN: step.result = openssl_closed; break;
    case SSL_ERROR_SYSCALL:
      step.result = system ? openssl_broken : openssl_closed;
      step.code = system;
      break;
    default: step.result = openssl_refused; break;
  }
  return step;
}

static inline struct openssl_step openssl_shake_hands(SSL *session) {
  ERR_clear_error();
  errno = 0;
  return openssl_step_of(session, SSL_connect(session), 0);
}

static inline struct openssl_step openssl_read(SSL *session, void *octets, size_t capacity) {
  ERR_clear_error();
  errno = 0;
  size_t count = 0;
  int result = SSL_read_ex(session, octets, capacity, &count);
  return openssl_step_of(session, result, count);
}

static inline struct openssl_step openssl_write(SSL *session, const void *octets, size_t length) {
  ERR_clear_error();
  errno = 0;
  size_t count = 0;
  int result = SSL_write_ex(session, octets, length, &count);
  return openssl_step_of(session, result, count);
}

/// Tells the other side that nothing follows; does not wait for its answer.
static inline void openssl_finish(SSL *session) {
  ERR_clear_error();
  SSL_shutdown(session);
  ERR_clear_error();
}

/// A client's context: no sessions kept, writes may move and be partial, buffers given back when idle, an end without
/// close_notify is an end.
static inline SSL_CTX *openssl_client_context(void) {
  ERR_clear_error();
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context) return NULL;
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
  return context;
}

/// Loads a client's certificate with its chain, and its key. The password is needed only while loading.
static inline int openssl_use_certificate(SSL_CTX *context, const char *certificate) {
  ERR_clear_error();
  return SSL_CTX_use_certificate_chain_file(context, certificate) == 1;
}

static inline int openssl_use_key(SSL_CTX *context, const char *key, const char *password) {
  ERR_clear_error();
  // Without a password of its own the default callback would ask at the terminal.
  SSL_CTX_set_default_passwd_cb_userdata(context, (void *)(password ? password : ""));
  int result = SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(context) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, (void *)"");
  return result;
}

/// Refuses versions of TLS older than this one.
static inline int openssl_demand_version(SSL_CTX *context, int oldest) {
  ERR_clear_error();
  return (int)SSL_CTX_set_min_proto_version(context, oldest);
}

static inline int openssl_trust(SSL_CTX *context, const char *authorities) {
  ERR_clear_error();
  if (authorities) return SSL_CTX_load_verify_file(context, authorities) == 1;
  return SSL_CTX_set_default_verify_paths(context) == 1;
}

static inline int openssl_set_server_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

/// Demands a certificate for a host name, or for an address written as text.
static inline int openssl_demand_host(SSL *session, const char *name) { return SSL_set1_host(session, name); }
static inline int openssl_demand_address(SSL *session, const char *address) {
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address);
}

/// The words of the oldest error in the queue, or NULL; the queue is empty afterwards.
static inline const char *openssl_take_error(void) {
  unsigned long error = ERR_get_error();
  ERR_clear_error();
  return error ? ERR_reason_error_string(error) : NULL;
}

/// Why the certificate was not accepted, or NULL when it was or none was looked at.
static inline const char *openssl_certificate_fault(SSL *session) {
  long result = SSL_get_verify_result(session);
  return result == X509_V_OK ? NULL : X509_verify_cert_error_string(result);
}
