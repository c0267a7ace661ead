import CDeflate
import CLZ4
import CZstd

/// Packs bytes, with the working memory that its compressor needs; of one thread at a time.
final class CodecPacker {
  private enum State {
    case none
    case deflate(OpaquePointer)
    case lz4(UnsafeMutableRawPointer)
    case zstd(OpaquePointer, level: Int32)
  }

  private let state: State

  init(_ compression: ShardCompression) {
    switch compression {
    case .none: state = .none
    case .deflate(let level):
      guard let compressor = libdeflate_alloc_compressor(Int32(level)) else { preconditionFailure("no libdeflate") }
      state = .deflate(compressor)
    case .lz4: state = .lz4(.allocate(byteCount: Int(LZ4_sizeofState()), alignment: 16))
    case .zstd(let level):
      guard let context = ZSTD_createCCtx() else { preconditionFailure("no zstd") }
      state = .zstd(context, level: Int32(level))
    }
  }

  deinit {
    switch state {
    case .none: break
    case .deflate(let compressor): libdeflate_free_compressor(compressor)
    case .lz4(let memory): memory.deallocate()
    case .zstd(let context, _): ZSTD_freeCCtx(context)
    }
  }

  /// The most bytes that `count` bytes can become.
  func bound(_ count: Int) -> Int {
    switch state {
    case .none: count
    case .deflate(let compressor): libdeflate_zlib_compress_bound(compressor, count)
    case .lz4: CodecLZ4.bound(count, block: ShardCompression.lz4Block)
    case .zstd: ZSTD_compressBound(count)
    }
  }

  /// Packs `source` into `target`, which has room for `bound` bytes; returns what is to be stored, which is `source`
  /// itself where nothing is packed.
  func pack(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    let used: Int
    switch state {
    case .none: return source
    case .deflate(let compressor):
      used = libdeflate_zlib_compress(compressor, source.baseAddress, source.count, target.baseAddress, target.count)
    case .lz4(let memory):
      used = CodecLZ4.pack(source, into: target, block: ShardCompression.lz4Block, state: memory)
    case .zstd(let context, let level):
      used = ZSTD_compressCCtx(context, target.baseAddress, target.count, source.baseAddress, source.count, level)
      precondition(ZSTD_isError(used) == 0, "zstd refused bytes that there is room for")
    }
    precondition(used > 0, "a compressor refused bytes that there is room for")
    return UnsafeRawBufferPointer(rebasing: target[..<used])
  }
}

/// Unpacks bytes, with the working memory that its decompressor needs; of one thread at a time.
final class CodecUnpacker {
  private enum State {
    case none
    case deflate(OpaquePointer)
    case lz4
    case zstd(OpaquePointer)
  }

  private let state: State

  init(_ compression: ShardCompression) {
    switch compression {
    case .none: state = .none
    case .deflate:
      guard let decompressor = libdeflate_alloc_decompressor() else { preconditionFailure("no libdeflate") }
      state = .deflate(decompressor)
    case .lz4: state = .lz4
    case .zstd:
      guard let context = ZSTD_createDCtx() else { preconditionFailure("no zstd") }
      state = .zstd(context)
    }
  }

  deinit {
    switch state {
    case .none, .lz4: break
    case .deflate(let decompressor): libdeflate_free_decompressor(decompressor)
    case .zstd(let context): ZSTD_freeDCtx(context)
    }
  }

  /// Fills `target` from `source`; false for bytes that are not the packed form of exactly as many.
  func unpack(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Bool {
    switch state {
    case .none:
      guard source.count == target.count else { return false }
      target.copyMemory(from: source)
      return true
    case .deflate(let decompressor):
      var (read, written) = (0, 0)
      let result = libdeflate_zlib_decompress_ex(
        decompressor, source.baseAddress, source.count, target.baseAddress, target.count, &read, &written)
      return result == LIBDEFLATE_SUCCESS && read == source.count && written == target.count
    case .lz4: return CodecLZ4.unpack(source, into: target)
    case .zstd(let context):
      let written = ZSTD_decompressDCtx(
        context, target.baseAddress, target.count, source.baseAddress, source.count)
      return written == target.count
    }
  }
}
