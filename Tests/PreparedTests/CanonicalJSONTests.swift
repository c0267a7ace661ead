import Foundation
import Prepared
import Testing

struct CanonicalJSONTests {
  private struct Value: Codable, Equatable {
    var zebra = 1
    var spacingMm = [0.1, 3.22, 1e-9]
    var path = "a/b"
    var inner: [String: Int] = ["b": 2, "a": 1, "c": 3]
    var missing: Int?
  }

  @Test func keysAreSortedAndInSnakeCase() throws {
    #expect(
      try CanonicalJSON.text(Value(), compact: true)
        == #"{"inner":{"a":1,"b":2,"c":3},"path":"a/b","spacing_mm":[0.1,3.22,1e-09],"zebra":1}"#)
  }

  @Test func sameValueIsTheSameText() throws {
    let texts = try (0..<20).map { _ in try CanonicalJSON.text(Value()) }
    #expect(Set(texts).count == 1)
    #expect(texts[0].hasSuffix("}\n"))
  }

  @Test func numbersReadBackExactly() throws {
    var value = Value()
    value.spacingMm = [0.1 + 0.2, 1 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 249.99999999997]
    let read = try CanonicalJSON.value(Value.self, from: Data(try CanonicalJSON.text(value).utf8))
    #expect(read.spacingMm.map(\.bitPattern) == value.spacingMm.map(\.bitPattern))
    #expect(read == value)
  }

  @Test func numbersThatJSONLacksAreAnError() {
    #expect(throws: EncodingError.self) { try CanonicalJSON.text([Double.nan]) }
  }
}
