/// A colour of a pixel: red, green and blue as a screen shows them (sRGB).
public struct Colour: Sendable, Equatable {
  /// From 0 to 255.
  public var red: UInt8
  /// From 0 to 255.
  public var green: UInt8
  /// From 0 to 255.
  public var blue: UInt8

  /// A colour of its parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A grey between black (0) and white (255).
  public init(grey: UInt8) { self.init(red: grey, green: grey, blue: grey) }

  /// What pictures begin as.
  public static let black = Colour(grey: 0)
  /// What text is written in.
  public static let white = Colour(grey: 255)

  /// The colour of a class above 0 in every picture: the first eight told apart by all kinds of colour vision on grey
  /// (Okabe and Ito 2008, the two dark ones brightened), then again from the first.
  public static func ofClass(_ number: Int) -> Colour {
    let count = classColours.count
    return classColours[((number - 1) % count + count) % count]
  }

  private static let classColours = [
    Colour(red: 86, green: 220, blue: 120), Colour(red: 255, green: 120, blue: 40),
    Colour(red: 90, green: 180, blue: 255), Colour(red: 250, green: 230, blue: 70),
    Colour(red: 230, green: 110, blue: 190), Colour(red: 60, green: 220, blue: 220),
    Colour(red: 255, green: 70, blue: 70), Colour(red: 180, green: 140, blue: 255),
  ]
}
