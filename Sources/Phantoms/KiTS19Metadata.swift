/// The kits.json beside the cases: a list with one entry per labelled case, as KiTS19's has.
enum KiTS19Metadata {
  static func json(for phantoms: [KiTS19Phantom]) -> String {
    let entries = phantoms.filter(\.isLabelled).map { phantom in
      let (slice, pixel) = (phantom.grid.sliceSpacing, phantom.grid.pixel)
      return """
          {
            "case_id": "\(phantom.caseIdentifier)",
            "voxel_spacing": {"x_spacing": \(pixel), "y_spacing": \(pixel), "z_spacing": \(slice)},
            "captured_pixel_width": \(pixel),
            "captured_slice_thickness": \(slice)
          }
        """
    }
    return "[\n" + entries.joined(separator: ",\n") + "\n]\n"
  }
}
