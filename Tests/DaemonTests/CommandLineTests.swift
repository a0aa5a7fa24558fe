import Daemon
import Testing

@Suite struct `The command line` {
  @Test func `takes bundled letters, attached and separate arguments`() {
    let options = CommandLineOptions(["-nlD", "-f", "/a", "-p/b", "-S7", "--vrrp_pid=/c", "--pid", "/d"])
    #expect(options.mistakes.isEmpty && options.operands.isEmpty)
    #expect(options.has(.dontFork) && options.has(.logConsole) && options.count(.logDetail) == 1)
    #expect(options.argument(.useFile) == "/a")
    #expect(options.argument(.pid) == "/d", "the last one wins")
    #expect(options.argument(.logFacility) == "7")
    #expect(options.argument(.vrrpPid) == "/c")
  }

  @Test func `takes abbreviations that are not ambiguous`() {
    #expect(CommandLineOptions(["--use", "/a"]).argument(.useFile) == "/a")
    #expect(CommandLineOptions(["--vrrp"]).has(.vrrp), "an exact name wins over longer ones")
    #expect(CommandLineOptions(["--dont"]).mistakes.count == 1)
  }

  @Test func `gives -t an argument only when it is attached`() {
    let options = CommandLineOptions(["-t", "-f", "/a"])
    #expect(options.has(.configurationTest) && options.argument(.configurationTest) == nil)
    #expect(CommandLineOptions(["--config-test=/log"]).argument(.configurationTest) == "/log")
  }

  @Test(arguments: [["--nonsense"], ["-Z"], ["-f"], ["--pid"], ["--pid="], ["--vrrp=1"]])
  func `names what is wrong`(words: [String]) {
    #expect(CommandLineOptions(words).mistakes.count == 1)
  }

  @Test func `goes on after a mistake and keeps surplus words`() {
    let options = CommandLineOptions(["-Zn", "word", "--", "-l"])
    #expect(options.mistakes == ["unknown option -Z"])
    #expect(options.has(.dontFork) && !options.has(.logConsole))
    #expect(options.operands == ["word", "-l"])
  }

  @Test func `has each letter once`() {
    let letters = Option.allCases.compactMap(\.letter)
    #expect(Set(letters).count == letters.count)
  }
}
