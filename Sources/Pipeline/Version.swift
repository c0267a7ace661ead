/// What this is a version of.
public enum Version {
  /// The program's and the library's.
  public static let segprep = "0.1.0"
}
