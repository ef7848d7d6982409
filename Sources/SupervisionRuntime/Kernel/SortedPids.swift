extension Array where Element == Int32 {
  /// The first position whose element is not less than `value`, in an ascending array.
  func lowerBound(of value: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
