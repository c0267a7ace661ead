/// The image sizes that phantoms come in.
public enum PhantomSize: String, CaseIterable, Sendable {
  /// The same bodies, coarsely sampled: about 128x128 pixels and 24 to 64 slices of an abdomen, 80x80x52 of a head.
  case small
  /// Sizes and spacings as the real data set has them.
  case full
}
