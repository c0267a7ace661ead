import ArgumentParser
import Foundation
import Pipeline

/// What `--cases` names: identifiers between commas, blanks around them of no meaning.
public struct CaseList: ExpressibleByArgument {
  /// What was named.
  public let identifiers: [String]

  /// The names between the commas.
  public init(argument: String) {
    identifiers = argument.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  /// Refuses a list that names nothing or a case that is not known, as an ingest does.
  public func check(among known: [String]) throws(IngestError) {
    try IngestError.check(identifiers, among: known)
  }
}
