public enum UCLText { public static func text(_ value: Value) -> String { JSON.text(value, style: .pretty) } }
