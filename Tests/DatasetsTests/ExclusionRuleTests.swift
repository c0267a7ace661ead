import Datasets
import Testing

@Suite struct ExclusionRuleTests {
  @Test func numberMeansTheCaseThatEndsInIt() {
    let selector = CaseSelector.number(15)
    #expect(selector.matches("case_00015"))
    #expect(selector.matches("BraTS20_Training_015"))
    #expect(selector.matches("15"))
    #expect(!selector.matches("case_00115"))
    #expect(!selector.matches("case_00150"))
    #expect(!selector.matches("case_15a"))
    #expect(!CaseSelector.number(0).matches("case_"))
    #expect(CaseSelector.number(0).matches("case_00000"))
    #expect(!selector.matches("case_99999999999999999999999915"))
  }

  @Test func identifierMeansTheWholeOfIt() {
    #expect(CaseSelector.identifier("case_00015").matches("case_00015"))
    #expect(!CaseSelector.identifier("case_00015").matches("case_000151"))
    #expect(!CaseSelector.identifier("15").matches("case_00015"))
  }

  @Test func firstRuleThatAppliesGivesTheReason() {
    let rules = [
      ExclusionRule(.cases([.number(1)]), reason: "one"),
      ExclusionRule(.cases([.number(1), .identifier("case_2")]), reason: "one or two"),
    ]
    #expect(rules.reason(for: "case_1", classCounts: nil) == "one")
    #expect(rules.reason(for: "case_2", classCounts: [9]) == "one or two")
    #expect(rules.reason(for: "case_3", classCounts: [9]) == nil)
  }

  @Test func classIsAbsentOnlyWhereItWasCountedAndNotFound() {
    let rule = ExclusionRule(.classAbsent(LabelClass(name: "tumour", value: 2)), reason: "no tumour")
    #expect(rule.reason(for: "a", classCounts: [10, 5, 0]) == "no tumour")
    #expect(rule.reason(for: "a", classCounts: [10, 5]) == "no tumour")
    #expect(rule.reason(for: "a", classCounts: [10, 0, 1]) == nil)
    #expect(rule.reason(for: "a", classCounts: nil) == nil)
  }

  @Test func casesThatTheDataSetLacksAreNamed() {
    let rule = ExclusionRule(.cases([.number(1), .number(9), .identifier("x")]), reason: "")
    #expect(rule.unmatched(among: ["case_1", "case_2"]).map(\.description) == ["9", "x"])
  }
}

@Suite struct LabelSchemeTests {
  private let classes = [LabelClass(name: "tumour", value: 1), LabelClass(name: "background", value: 0)]

  @Test func withoutAMapRawValuesAreTheClassesOwn() {
    let scheme = LabelScheme(classes: classes)
    #expect(scheme.isIdentity)
    #expect(scheme.classes.map(\.name) == ["background", "tumour"])
    #expect(scheme.map == [0: 0, 1: 1])
    #expect(scheme.rest == nil)
  }

  @Test func severalRawValuesMayShareAClassAndTheRestHasOne() {
    let scheme = LabelScheme(classes: classes, map: [4: 1, 1: 1], rest: 0)
    #expect(scheme.map == [4: 1, 1: 1])
    #expect(scheme.rest == 0)
    #expect(!scheme.isIdentity)
  }
}
