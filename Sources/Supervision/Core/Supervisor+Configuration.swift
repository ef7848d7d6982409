import OrderedCollections

extension Supervisor {
  /// What is in force: the latest definition of every service, the templates, the supervisor's own settings.
  public var currentConfiguration: Configuration {
    var current = configuration
    for record in services where !record.isForgotten && !record.isRemoved && !record.isInstanceOnDemand {
      current.services[record.name] = record.blueprint.definition
    }
    return current
  }
}
