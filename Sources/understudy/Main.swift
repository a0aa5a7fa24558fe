import Daemon

@main
struct Main {
  static func main() {
    Understudy.exit(Understudy.run(CommandLine.arguments))
  }
}
