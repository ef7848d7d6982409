/// A graph of dense integers, its edges in one array: made once, then walked in linear time.
struct DirectedGraph {
  let count: Int
  private var offsets: [Int32]
  private var targets: [Int32]

  /// - Parameter edges: pairs of a source and a target, in any order.
  init(count: Int, edges: [(source: Int, target: Int)]) {
    self.count = count
    var offsets = [Int32](repeating: 0, count: count + 1)
    for edge in edges { offsets[edge.source + 1] += 1 }
    for node in 0..<count { offsets[node + 1] += offsets[node] }
    var next = offsets
    var targets = [Int32](repeating: 0, count: edges.count)
    for edge in edges {
      targets[Int(next[edge.source])] = Int32(edge.target)
      next[edge.source] += 1
    }
    self.offsets = offsets
    self.targets = targets
  }

  func successors(of node: Int) -> some Sequence<Int> {
    targets[Int(offsets[node])..<Int(offsets[node + 1])].lazy.map { Int($0) }
  }

  /// The strongly connected components, each before those that lead to it (Tarjan's order, without recursion: a chain of
  /// ten thousand services must not need ten thousand stack frames).
  func components() -> [[Int]] {
    var search = ComponentSearch(count: count)
    for root in 0..<count where search.index[root] < 0 { walk(from: root, &search) }
    return search.components
  }

  private func walk(from root: Int, _ search: inout ComponentSearch) {
    search.enter(root)
    var path: [(node: Int, next: Int32)] = [(root, offsets[root])]
    while let (node, next) = path.last {
      if next < offsets[node + 1] {
        path[path.count - 1].next += 1
        let target = Int(targets[Int(next)])
        if search.index[target] < 0 {
          search.enter(target)
          path.append((target, offsets[target]))
        } else if search.onStack[target] {
          search.low[node] = min(search.low[node], search.index[target])
        }
        continue
      }
      path.removeLast()
      if let parent = path.last?.node { search.low[parent] = min(search.low[parent], search.low[node]) }
      search.leave(node)
    }
  }

  /// A shortest way from one node to another along at least one edge, both ends included; `nil` when there is none.
  ///
  /// - Parameter within: only nodes for which this holds are entered.
  func path(from start: Int, to end: Int, within: (Int) -> Bool = { _ in true }) -> [Int]? {
    // As large as what is reached, not as the graph: there may be thousands of small circles.
    var previous: [Int: Int] = [:]
    var queue = [start]
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      for next in successors(of: node) where within(next) {
        if next == end {
          var path = [end, node]
          while let last = path.last, last != start, let before = previous[last] { path.append(before) }
          return path.reversed()
        }
        if previous[next] == nil, next != start {
          previous[next] = node
          queue.append(next)
        }
      }
    }
    return nil
  }
}

private struct ComponentSearch {
  var index: [Int32]
  var low: [Int32]
  var onStack: [Bool]
  var stack: [Int] = []
  var components: [[Int]] = []
  private var counter: Int32 = 0

  init(count: Int) {
    index = [Int32](repeating: -1, count: count)
    low = index
    onStack = [Bool](repeating: false, count: count)
  }

  mutating func enter(_ node: Int) {
    index[node] = counter
    low[node] = counter
    counter += 1
    stack.append(node)
    onStack[node] = true
  }

  mutating func leave(_ node: Int) {
    guard low[node] == index[node] else { return }
    var component: [Int] = []
    while let last = stack.popLast() {
      onStack[last] = false
      component.append(last)
      if last == node { break }
    }
    components.append(component)
  }
}
