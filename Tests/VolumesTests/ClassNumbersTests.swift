import Testing
import Volumes

struct ClassNumbersTests {
  @Test func aValueWithoutANameIsNoClass() {
    let numbers = ClassNumbers(["background", "necrosis", "", "enhancing"])
    #expect(numbers.all == [0, 1, 3])
    #expect(numbers.foreground == [1, 3])
  }

  @Test func theBackgroundNeedsNoName() {
    #expect(ClassNumbers(["", "kidney"]).all == [0, 1])
  }

  @Test func noClassesHaveNoForeground() {
    #expect(ClassNumbers([]).foreground == [])
  }
}
