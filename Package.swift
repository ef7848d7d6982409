// swift-tools-version: 6.2

import PackageDescription

/// Every target of ours: the Swift 6 language mode (by the tools version), and no warning let through.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let strictC: [CSetting] = [
  .treatAllWarnings(as: .error),
  .enableWarning("all"),
  .enableWarning("extra"),
]

let collections = "swift-collections"
// `Platform.freebsd` is not for packages yet; the name is the same.
let freebsd = Platform.custom("freebsd")

let package = Package(
  name: "fruix-shepherd",
  products: [
    .executable(name: "fruix-shepherd", targets: ["fruix-shepherd"]),
    .executable(name: "fruix-keeper", targets: ["fruix-keeper"]),
    .executable(name: "herd", targets: ["herd"]),
    .library(name: "ControlProtocol", targets: ["ControlProtocol"]),
    .library(name: "UCL", targets: ["UCL"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // The only code that knows a kernel.
    .target(
      name: "CProc",
      // Between CProc and the kernel tests can stand (common/seam.h); a release has nothing there.
      cSettings: strictC + [.define("CPROC_SEAM", .when(configuration: .debug))],
      // jail(3) and login_cap(3).
      linkerSettings: [
        .linkedLibrary("jail", .when(platforms: [freebsd])), .linkedLibrary("util", .when(platforms: [freebsd])),
      ]),
    // Reaper and parent of all that runs. In C, and linked without Swift's runtime: it is to be small and to start at once.
    .executableTarget(
      name: "fruix-keeper", dependencies: ["CProc"], cSettings: strictC,
      linkerSettings: [
        .unsafeFlags(["-nostartfiles"]),
        // Swift's driver would name its libraries, needed or not; what is static takes only what it needs.
        .unsafeFlags(["-static-executable", "-use-ld=lld"], .when(platforms: [.linux])),
      ]),
    // The configuration language.
    .target(name: "UCL", swiftSettings: strict),
    // The domain, pure: it imports UCL and nothing else of ours.
    .target(
      name: "Supervision",
      dependencies: [
        "UCL",
        .product(name: "DequeModule", package: collections),
        .product(name: "HeapModule", package: collections),
        .product(name: "OrderedCollections", package: collections),
      ],
      swiftSettings: strict
    ),
    // What the daemon and its clients say to each other.
    .target(name: "ControlProtocol", dependencies: ["UCL"], swiftSettings: strict),
    // The shell: descriptors, the event loop, the control socket.
    .target(
      name: "SupervisionRuntime",
      dependencies: [
        "CProc", "UCL", "Supervision", "ControlProtocol",
        .product(name: "DequeModule", package: collections),
        .product(name: "HeapModule", package: collections),
        .product(name: "OrderedCollections", package: collections),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "fruix-shepherd",
      dependencies: ["CProc", "Supervision", "SupervisionRuntime"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "herd",
      dependencies: [
        "ControlProtocol", "UCL", "Supervision", "SupervisionRuntime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "OrderedCollections", package: collections),
      ],
      swiftSettings: strict
    ),
    .testTarget(name: "UCLTests", dependencies: ["UCL"], exclude: ["Corpus"], swiftSettings: strict),
    .testTarget(
      name: "SupervisionTests",
      dependencies: [
        "Supervision",
        .product(name: "HeapModule", package: collections),
        .product(name: "OrderedCollections", package: collections),
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "SupervisionRuntimeTests",
      dependencies: [
        "SupervisionRuntime", "Supervision", "ControlProtocol", "UCL", "CProc",
        .product(name: "OrderedCollections", package: collections),
      ],
      swiftSettings: strict),
    .testTarget(name: "ControlProtocolTests", dependencies: ["ControlProtocol"], swiftSettings: strict),
    .testTarget(
      name: "HerdTests",
      dependencies: [
        "herd", "ControlProtocol", "Supervision", "SupervisionRuntime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),
  ]
)
