import Testing

@testable import Phantoms

struct KiTS19PhantomTests {
  @Test func caseZeroOfFullSizeIsTheMeanCase() {
    let phantom = KiTS19Phantom(index: 0, size: .full, seed: 99)
    #expect(phantom.extents == [216, 512, 512])
    #expect(phantom.spacing == [3, 0.78, 0.78])
    #expect(phantom.caseIdentifier == "case_00000")
  }

  @Test(arguments: PhantomSize.allCases, [1, 2, 3] as [UInt64])
  func theFirstTenHaveAllOddities(size: PhantomSize, seed: UInt64) {
    let phantoms = (0..<10).map { KiTS19Phantom(index: $0, size: size, seed: seed) }
    // Resampled to the paper's 3.22 mm, some case has fewer slices than the paper's patch of 80.
    #expect(phantoms.contains { Double($0.extents[0]) * $0.spacing[0] / 3.22 < 80 })
    #expect(phantoms.contains { $0.extents[1] != $0.extents[2] })
    #expect(phantoms.contains { !$0.isLabelled })
    #expect(phantoms.filter { $0.imageScalar == .float32 }.count == 1)
    #expect(phantoms.filter { $0.imageScalar == .float64 }.count == 1)
    #expect(phantoms.contains { $0.isLabelled && $0.isLabelQformOnly })
    #expect(phantoms.contains { $0.isLabelled && !$0.isLabelQformOnly })
    #expect(phantoms.prefix(3).filter(\.isLabelled).count >= 2)
  }

  @Test func spacingsAndSizesFollowKiTS19() {
    let phantoms = (0..<600).map { KiTS19Phantom(index: $0, size: .full, seed: 1) }
    let slices = phantoms.map { Double($0.extents[0]) }
    #expect(abs(slices.reduce(0, +) / 600 - 216) < 25)
    #expect(slices.allSatisfy { $0 >= 29 && $0 <= 1059 })
    let thick = phantoms.count { $0.spacing[0] == 5 }
    #expect(abs(Double(thick) / 600 - 0.43) < 0.06)
    #expect(phantoms.allSatisfy { $0.spacing[0] >= 0.5 && $0.spacing[0] <= 5 })
    #expect(phantoms.allSatisfy { $0.spacing[1] >= 0.4375 && $0.spacing[1] <= 1.041 && $0.spacing[1] == $0.spacing[2] })
    #expect(phantoms.count { !$0.isLabelled } == 100)
  }

  @Test func smallIsSmall() {
    let phantoms = (0..<200).map { KiTS19Phantom(index: $0, size: .small, seed: 4) }
    #expect(phantoms.allSatisfy { (24...64).contains($0.extents[0]) && $0.extents[1] <= 128 && $0.extents[2] <= 128 })
    // The body is as large as a real one: the image spans as many millimetres.
    #expect(phantoms.allSatisfy { (220.0...535).contains(Double($0.extents[2]) * $0.spacing[2]) })
  }

  @Test func aCaseDoesNotDependOnTheOthers() throws {
    let few = try KiTS19PhantomSet(cases: 3, size: .small, seed: 5).phantoms
    let many = try KiTS19PhantomSet(cases: 30, size: .small, seed: 5).phantoms
    #expect(few.map(\.grid) == many.prefix(3).map(\.grid))
    #expect(KiTS19Phantom(index: 2, size: .small, seed: 6).grid != few[2].grid)
  }

  @Test func noCasesAreRefused() {
    #expect(throws: PhantomError.count(found: 0)) { try KiTS19PhantomSet(cases: 0, size: .small, seed: 1) }
    #expect("\(PhantomError.count(found: -2))" == "cannot write -2 cases, expected at least 1")
  }
}
