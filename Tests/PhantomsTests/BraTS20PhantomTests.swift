import Testing

@testable import Phantoms

struct BraTS20PhantomTests {
  @Test func fullSizeIsBraTS20s() {
    let phantom = BraTS20Phantom(number: 1, size: .full, seed: 9)
    #expect(phantom.extents == [240, 240, 155])
    #expect(phantom.caseIdentifier == "BraTS20_Training_001")
    #expect(phantom.affine.rows == [[-1, 0, 0, 0], [0, -1, 0, 239], [0, 0, 1, 0]])
  }

  @Test func smallLiesInTheSameSpace() {
    let (small, full) = (
      BraTS20Phantom(number: 1, size: .small, seed: 9), BraTS20Phantom(number: 1, size: .full, seed: 9)
    )
    // The outer corner of the first voxel.
    let corners = [small, full].map { $0.affine.position(x: -0.5, y: -0.5, z: -0.5) }
    #expect(corners[0] == corners[1])
  }

  /// 293 of BraTS20's 369 are of high grade, 27 lack enhancing tumour.
  @Test(arguments: [1, 2, 3] as [UInt64]) func sharesAreBraTS20s(seed: UInt64) {
    let phantoms = (1...369).map { BraTS20Phantom(number: $0, size: .small, seed: seed) }
    #expect(abs(phantoms.count(where: \.isHighGrade) - 293) < 25)
    #expect(abs(phantoms.count { !$0.isEnhancing } - 27) < 14)
    #expect(!phantoms[4].isEnhancing)
    #expect(phantoms.count(where: \.hasFractions) == 10)
    #expect(phantoms.filter(\.goesNegative).map(\.number) == [4, 341])
  }

  @Test func aCaseDoesNotDependOnTheOthers() throws {
    let few = try BraTS20PhantomSet(cases: 3, size: .small, seed: 5).phantoms
    let many = try BraTS20PhantomSet(cases: 30, size: .small, seed: 5).phantoms
    #expect(few.map(\.isHighGrade) == many.prefix(3).map(\.isHighGrade))
    #expect(few.map(\.caseIdentifier) == many.prefix(3).map(\.caseIdentifier))
  }

  @Test func noCasesAreRefused() {
    #expect(throws: PhantomError.count(found: 0)) { try BraTS20PhantomSet(cases: 0, size: .small, seed: 1) }
  }
}
