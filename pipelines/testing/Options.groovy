class Options extends Words {
  List<Map> wrappers = []
  Map<String, Object> settings = [:]
  Map env

  def getEnv() { env }

  void timeout(Map arguments) { wrappers << [kind: 'timeout', seconds: Steps.secondsOf(arguments)] }

  void lock(Map arguments) { wrappers << [kind: 'lock', resource: arguments.resource] }

  void timestamps() { settings.timestamps = true }

  void skipDefaultCheckout() { settings.skipDefaultCheckout = true }

  void preserveStashes(Map arguments) { settings.preserveStashes = arguments }

  void buildDiscarder(Map rotator) { settings.buildDiscarder = rotator }

  Map logRotator(Map arguments) { arguments }

  void disableConcurrentBuilds(Map arguments = [:]) {
    if (arguments.containsKey('abortPrevious') && !(arguments.abortPrevious instanceof Boolean)) throw new Mistake('abortPrevious must be a boolean')
    settings.disableConcurrentBuilds = arguments
  }
}
