@testable import Pipeline
import Testing

struct CaseAdmissionTests {
  @Test func casesBeginWhileTheyFitTogether() {
    let admission = CaseAdmission(needs: [60, 50, 30, 10], budget: 100)
    #expect(admission.next() == 0)
    // 50 does not fit beside 60; 30 does, and then 10.
    #expect(admission.next() == 2)
    #expect(admission.next() == 3)
    #expect(admission.next() == nil)
    admission.end(0)
    #expect(admission.next() == 1)
    #expect(admission.next() == nil)
  }

  @Test func whatNeverFitsHoldsNobodyUp() {
    let admission = CaseAdmission(needs: [500, 40, 40], budget: 100)
    #expect(admission.next() == 0 && !admission.fits(0))
    #expect(admission.next() == 1 && admission.next() == 2)
    admission.end(0)
    #expect(admission.next() == nil)
  }

  @Test func exactlyTheBudgetFits() {
    let admission = CaseAdmission(needs: [100, 100], budget: 100)
    #expect(admission.next() == 0 && admission.next() == nil)
    admission.end(0)
    #expect(admission.next() == 1)
  }

  @Test func nothingBeginsAfterAnError() {
    struct Failure: Error {}
    let admission = CaseAdmission(needs: [1, 1], budget: 10)
    #expect(admission.next() == 0)
    admission.stop(Failure())
    #expect(admission.next() == nil && admission.failure is Failure)
  }
}
