import Files
import Streaming

/// Where a stream is, in a file that is always whole: a run that is killed goes on from it.
struct StateFile {
  let path: String

  /// Reads what `write` wrote.
  func read() throws -> StreamState {
    let bytes = try OpenFile(reading: path).contents()
    do {
      return try StreamState(json: String(decoding: bytes, as: UTF8.self))
    } catch StreamError.notAState {
      throw NotAState(path: path)
    }
  }

  /// Puts the state after the last batch that was taken there.
  func write(_ stream: ShardStream) throws { try AtomicFile.write(stream.state.json + "\n", to: path, flush: false) }

  private struct NotAState: Error, CustomStringConvertible {
    var path: String

    var description: String {
      "\(path): not a stream's state, found other text, expected what `segprep stream --state` wrote"
    }
  }
}
