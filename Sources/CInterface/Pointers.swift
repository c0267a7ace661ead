import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pointer that must not be NULL.
func given<Pointer>(_ pointer: Pointer?, _ name: String) throws(CallError) -> Pointer {
  guard let pointer else { throw .null(name: name) }
  return pointer
}

/// A text that must not be NULL.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(CallError) -> String {
  String(cString: try given(pointer, name))
}

/// A structure that begins with its size, checked before anything else of it is read.
func sized<Value>(_ pointer: UnsafePointer<Value>?, _ name: String) throws(CallError) -> Value {
  let pointer = try given(pointer, name)
  let found = UnsafeRawPointer(pointer).load(as: Int.self)
  guard found == MemoryLayout<Value>.stride else {
    throw .size(name: name, found: found, expected: MemoryLayout<Value>.stride)
  }
  return pointer.pointee
}

/// Changes such a structure.
func fill<Value>(
  _ pointer: UnsafeMutablePointer<Value>?, _ name: String, _ change: (inout Value) throws -> Void
) throws {
  let pointer = try given(pointer, name)
  _ = try sized(pointer, name)
  try change(&pointer.pointee)
}

/// A text that C frees.
func lasting(_ text: String) throws -> UnsafeMutablePointer<CChar> { try given(strdup(text), "memory for a text") }

/// A choice that C says as a number.
func choice<Value>(_ number: Int32, _ name: String, _ values: [Value]) throws(CallError) -> Value {
  guard values.indices.contains(Int(number)) else {
    throw .setting(name: name, found: Int(number), expected: "0 to \(values.count - 1)")
  }
  return values[Int(number)]
}

extension Shape {
  /// From z, y, x.
  init(_ extents: (Int64, Int64, Int64)) {
    self.init(z: Int(extents.0), y: Int(extents.1), x: Int(extents.2))
  }

  /// As z, y, x.
  var extents: (Int64, Int64, Int64) { (Int64(z), Int64(y), Int64(x)) }
}

extension Affine {
  /// Writes all four rows.
  func write(to numbers: UnsafeMutableRawPointer) {
    let all: [Double] = rows.flatMap { (row: [Double]) in row } + [0, 0, 0, 1]
    for (place, number) in all.enumerated() { numbers.storeBytes(of: number, toByteOffset: 8 * place, as: Double.self) }
  }
}
