// segprep.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CSegprep
import Pipeline

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@c @implementation
public func segprep_abi_version() -> UInt32 { UInt32(SEGPREP_ABI_VERSION) }

@c @implementation
public func segprep_version() -> UnsafePointer<CChar>! { versionText.text(Version.segprep) }

private let versionText = TextShelf()

@c @implementation
public func segprep_last_error() -> UnsafePointer<CChar>! { LastError.line ?? versionText.text("") }

@c @implementation
public func segprep_free(_ text: UnsafeMutablePointer<CChar>!) { free(text) }
