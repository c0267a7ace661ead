import ArgumentParser
import Files
import Foundation

/// Prints to standard error, where messages go; results go to standard output.
public func printError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Runs a command's body, with as many open files as the system allows; an error becomes one line on standard error and
/// the exit code that `code` has for it.
public func reporting(code: (any Error) -> Int32, _ body: () throws -> Void) throws {
  OpenFileLimit.raise()
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as ValidationError {
    printError("segprep: \(error)")
    throw ExitCode(64)
  } catch {
    printError("segprep: \(error)")
    throw ExitCode(code(error))
  }
}
