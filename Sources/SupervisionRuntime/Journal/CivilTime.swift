import CProc
import ControlProtocol

extension Host {
  /// By how many seconds the civil time of this place was ahead of UTC.
  public static func zoneOffset(at time: Timestamp) -> Int {
    var seconds = time.millisecondsSinceEpoch / 1000
    if time.millisecondsSinceEpoch % 1000 < 0 { seconds -= 1 }
    return Int(cproc_zone_offset(seconds))
  }
}
