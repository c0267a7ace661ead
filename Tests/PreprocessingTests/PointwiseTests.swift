import Preprocessing
import Testing

struct PointwiseTests {
  @Test func nothingChangesNothing() {
    #expect(Pointwise().isIdentity)
    #expect(Pointwise.identity(-3.5) == -3.5)
  }
}
