import Testing
struct SpatialMapTests {}
