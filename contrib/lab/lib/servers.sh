# shellcheck shell=bash disable=SC2154
# The programs that real servers and the mail host run. A case names the program
# with `serve`; the lab starts it, stops it and starts it again.

# serve HOST PORT COMMAND...: what `server_up` starts there, and where it listens.
serve() {
  local name=$1
  echo "$2" >"$state/$name/server.port"
  shift 2
  printf '%q ' "$@" >"$state/$name/server"
}

# serve_nginx HOST PORT SERVER-LINE...: a web server that answers with the host's
# name, but with the files below www to what checkers ask for.
serve_nginx() {
  local name=$1 directory=$state/$1 first=$2 line
  shift 2
  {
    cat <<CONF
user root;
worker_processes 1;
daemon off;
pid $directory/nginx.pid;
error_log $directory/nginx.log;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path $directory/tmp;
  keepalive_timeout 600s;
  keepalive_requests 1000000;
  types {}
  default_type text/plain;
  server {
CONF
    for line in "listen $first" "$@"; do echo "    $line;"; done
    cat <<CONF
    root $directory/www;
    location / { return 200 "$name\n"; }
    location = /status { try_files \$uri =404; }
    location = /health { try_files \$uri =404; }
  }
}
CONF
  } >"$directory/nginx.conf"
  serve "$name" "$first" nginx -e "$directory/nginx.log" -c "$directory/nginx.conf"
}

# certificate NAME: print the file of a self-signed certificate with its key.
certificate() {
  local file=$state/certificate.pem
  [ -e "$file" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -days 30 -subj "/CN=$1" -keyout "$file" -out "$file.crt" 2>/dev/null ||
    die "openssl made no certificate"
  [ ! -e "$file.crt" ] || { cat "$file.crt" >>"$file" && rm "$file.crt"; }
  echo "$file"
}

# serve_mailbox HOST: an SMTP server that keeps what it is given.
serve_mailbox() {
  serve "$1" 25 /usr/bin/python3 -m aiosmtpd -n -l 0.0.0.0:25 -c aiosmtpd.handlers.Mailbox \
    "$state/mailbox"
}

server_running() { running_on "$1" server.pid; }

server_start() {
  local name=$1 command
  [ -e "$state/$name/server" ] || return 0
  ! server_running "$name" || return 0
  command=$(<"$state/$name/server")
  # setsid: an interrupt from the terminal is for the demo, not for its servers.
  and_end="exec" eval "on_host $name setsid $command" >>"$state/$name/server.log" 2>&1 </dev/null &
  echo $! >"$state/$name/server.pid"
}

# listens PID PORT: whether somebody listens there in the namespace of a process.
listens() {
  local line port
  # It starts in ours.
  [ ! "/proc/$1/ns/net" -ef /proc/self/ns/net ] || return 1
  printf -v port '%04X' "$2"
  while read -r line; do
    [[ $line != *": 00000000:$port 00000000:0000 0A "* ]] || return 0
  done <"/proc/$1/net/tcp"
  return 1
}

# server_ready HOST: wait until its program accepts connections.
server_ready() {
  local port
  [ -e "$state/$1/server" ] || return 0
  port=$(<"$state/$1/server.port")
  until_true 20 listens "$(<"$state/$1/server.pid")" "$port" || {
    tail -n 20 "$state/$1/server.log" >&2
    die "$1: nothing listens on port $port"
  }
}

server_up() {
  server_start "$1"
  server_ready "$1"
}

# All its processes at once, so that no worker goes on answering.
server_down() {
  local -a pids
  server_running "$1" || return 0
  mapfile -t pids < <(descendants "$(<"$state/$1/server.pid")")
  kill -KILL "${pids[@]}" 2>/dev/null || true
  until_true 5 all_gone "${pids[@]}" || die "the server of $1 does not die"
  rm -f "$state/$1/server.pid"
}
