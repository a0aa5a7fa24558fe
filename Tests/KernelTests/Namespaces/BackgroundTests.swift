import Testing

@Suite(.needs(.namespaces), .serialized) struct `A daemon in the background` {
  /// After each reload the daemon is ready once more; the command that waited for that is long gone, and what had been
  /// the way to it may be any file of the daemon by then.
  @Test func `keeps its roles through reloads`() throws {
    let lab = try Lab("pair")
    let directory = String(try lab.path("d1", "").dropLast())
    let story = """
      mount --bind '\(directory)' /etc/keepalived
      PATH=\(Paths.programs):$PATH
      understudy
      daemon=$(cat /run/understudy.pid)
      roles() { pgrep -f -P $daemon 'understudy: ' | sort | tr '\\n' ' '; }
      # The channel of a role that begins now has the first number that is free.
      former=$(pgrep -f -P $daemon ': control')
      kill -KILL $former
      for attempt in $(seq 600); do
        now=$(pgrep -f -P $daemon ': control') && [ "$now" != "$former" ] && understudyctl >/dev/null 2>&1 && break
        sleep 0.1
      done
      before=$(roles)
      for reload in 1 2 3; do
        printf '# reload %s\\n' $reload >>/etc/keepalived/keepalived.conf
        understudyctl reload
      done
      echo "roles: $before"
      echo "roles: $(roles)"
      kill $daemon
      """
    let outcome = try lab.attempt("d1", ["sh", "-euc", story])
    #expect(outcome.status == 0, "\(outcome.output)")
    let roles = outcome.output.split(separator: "\n").filter { $0.hasPrefix("roles: ") }
    #expect(roles.count == 2, "\(outcome.output)")
    #expect(roles.first == roles.last && (roles.first ?? "").count > 10, "\(outcome.output)")
  }
}
