import Testing
import Training

/// The shim: values go in and out as they are, operations do what they are called, errors are one line.
@Suite struct TensorTests {
  @Test func valuesComeBackInOrder() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.type == .float32)
    #expect(try tensor.values() as [Float] == [1, 2, 3, 4, 5, 6])
    #expect(try tensor.to(.float64).values() as [Double] == [1, 2, 3, 4, 5, 6])
    #expect(try Tensor([7, 250] as [UInt8], shape: [2]).to(.int64).values() as [Int64] == [7, 250])
  }

  @Test func arithmeticIsElementByElement() throws {
    let (a, b) = (try Tensor([1, 4] as [Double], shape: [2]), try Tensor([2, 8] as [Double], shape: [2]))
    #expect(try (a + b).values() as [Double] == [3, 12])
    #expect(try (a - b).values() as [Double] == [-1, -4])
    #expect(try (a * b).values() as [Double] == [2, 32])
    #expect(try (a / b).values() as [Double] == [0.5, 0.5])
    #expect(try (1 - a).values() as [Double] == [0, -3])
    #expect(try (2 * a - 1).values() as [Double] == [1, 7])
    #expect(try a.power(0.5).values() as [Double] == [1, 2])
    #expect(try a.clamped(to: 2...3).values() as [Double] == [2, 3])
  }

  @Test func dimensionsAreSummedAndSliced() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(try a.sum().item() == 21)
    #expect(try a.sum(over: [0]).values() as [Float] == [5, 7, 9])
    #expect(try a.sum(over: [1], keeping: true).shape == [2, 1])
    #expect(try a.slice(1..<3, of: 1).values() as [Float] == [2, 3, 5, 6])
    #expect(try a.slice(0..<3, of: 1, step: 2).values() as [Float] == [1, 3, 4, 6])
    #expect(try a.flipped([1]).values() as [Float] == [3, 2, 1, 6, 5, 4])
    #expect(try a.argmax(over: 1).values() as [Int64] == [2, 2])
    #expect(try a.joined(a, along: 0).shape == [4, 3])
  }

  @Test func oneHotPutsTheClassBehindTheSample() throws {
    let labels = try Tensor([0, 2, 1, 0] as [Int64], shape: [2, 2])
    let hot = try labels.oneHot(classes: 3)
    #expect(hot.shape == [2, 3, 2])
    #expect(try hot.values() as [Float] == [1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0])
  }

  /// d/dx of sum(x^3) is 3x^2.
  @Test func gradientsAreThoseOfTheOperations() throws {
    let x = try Tensor([1, -2, 3] as [Double], shape: [3]).requiringGradient()
    try (x * x * x).sum().backward()
    #expect(try x.gradient()?.values() as [Double]? == [3, 12, 27])
    try x.clearGradient()
    #expect(try x.gradient() == nil)
  }

  @Test func nothingIsRecordedWithoutGradients() throws {
    let x = try Tensor([1] as [Float], shape: [1]).requiringGradient()
    let y = try Torch.withoutGradients { try x * 2 }
    #expect(throws: TrainingError.self) { try y.sum().backward() }
  }

  @Test func anErrorNamesTheOperationInOneLine() throws {
    let (a, b) = (try Tensor(full: [2]), try Tensor(full: [3]))
    let error = #expect(throws: TrainingError.self) { try a + b }
    let line = try #require(error.map { "\($0)" })
    #expect(line.hasPrefix("libtorch: addition failed: The size of tensor a (2)"))
    #expect(!line.contains("\n"))
  }

  @Test func tooLargeATensorIsAnErrorOfMemory() throws {
    let error = #expect(throws: TrainingError.self) { try Tensor(full: [1 << 50]) }
    guard case .memory = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
  }

  @Test(.enabled(if: !Torch.hasCUDA)) func cudaIsRefusedWhereThereIsNone() throws {
    #expect(try Device(.auto) == .cpu)
    let error = #expect(throws: TrainingError.self) { try Device(.cuda) }
    #expect(error == .noCUDA(version: Torch.version))
  }
}
