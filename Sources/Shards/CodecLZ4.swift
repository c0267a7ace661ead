import CLZ4

/// LZ4 in the framing of HDF5's filter 32004: 8 bytes with the size of all, 4 with that of a block, then for each block 4
/// bytes with its packed size and the packed bytes. All sizes are big-endian. A block whose packed size is its full size
/// is stored as it is. (The HDF Group's registered filter; github.com/nexusformat/HDF5-External-Filter-Plugins, LZ4.)
enum CodecLZ4 {
  private static let headBytes = 12
  private static let blockHeadBytes = 4

  /// The most bytes that `count` bytes can become.
  static func bound(_ count: Int, block: Int) -> Int {
    headBytes + (count + block - 1) / block * blockHeadBytes + count
  }

  /// Packs `source`; returns how many bytes of `target` were used.
  /// - Parameter state: `LZ4_sizeofState()` bytes, aligned to 8.
  static func pack(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, block: Int,
    state: UnsafeMutableRawPointer
  ) -> Int {
    put(UInt64(source.count), target, at: 0)
    put(UInt32(min(block, source.count)), target, at: 8)
    var used = headBytes
    for start in stride(from: 0, to: source.count, by: block) {
      let piece = UnsafeRawBufferPointer(rebasing: source[start..<min(start + block, source.count)])
      let place = UnsafeMutableRawBufferPointer(
        rebasing: target[(used + blockHeadBytes)..<(used + blockHeadBytes + piece.count)])
      // Room for one byte less than the block: what does not fit is stored.
      var packed = Int(
        LZ4_compress_fast_extState(
          state, piece.baseAddress, place.baseAddress, Int32(piece.count), Int32(piece.count - 1), 1))
      if packed <= 0 {
        place.copyMemory(from: piece)
        packed = piece.count
      }
      put(UInt32(packed), target, at: used)
      used += blockHeadBytes + packed
    }
    return used
  }

  /// Unpacks exactly `target.count` bytes; false for bytes that `pack` did not make from as many.
  static func unpack(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Bool {
    guard source.count >= headBytes, take(UInt64.self, source, at: 0) == UInt64(target.count) else { return false }
    let block = Int(take(UInt32.self, source, at: 8))
    guard block > 0 else { return false }
    var (read, done) = (headBytes, 0)
    while done < target.count {
      guard source.count - read >= blockHeadBytes else { return false }
      let packed = Int(take(UInt32.self, source, at: read))
      read += blockHeadBytes
      guard packed <= source.count - read else { return false }
      let piece = UnsafeRawBufferPointer(rebasing: source[read..<(read + packed)])
      let place = UnsafeMutableRawBufferPointer(rebasing: target[done..<min(done + block, target.count)])
      if packed == place.count {
        place.copyMemory(from: piece)
      } else {
        guard packed > 0, packed <= Int(Int32.max), place.count <= Int(Int32.max) else { return false }
        let got = LZ4_decompress_safe(piece.baseAddress, place.baseAddress, Int32(packed), Int32(place.count))
        guard Int(got) == place.count else { return false }
      }
      read += packed
      done += place.count
    }
    return read == source.count
  }

  private static func put<Value: FixedWidthInteger>(
    _ value: Value, _ target: UnsafeMutableRawBufferPointer, at offset: Int
  ) {
    target.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
  }

  private static func take<Value: FixedWidthInteger>(
    _ type: Value.Type, _ source: UnsafeRawBufferPointer, at offset: Int
  ) -> Value {
    Value(bigEndian: source.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}
