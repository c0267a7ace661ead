#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lowers the learning rate with each step, along a training whose length is known.
enum PolynomialSchedule {
  /// The rate of the step after `done` of `all` steps; `all` is greater than `done`.
  static func rate(first: Double, power: Double, done: Int, of all: Int) -> Double {
    first * pow(1 - Double(done) / Double(all), power)
  }
}
