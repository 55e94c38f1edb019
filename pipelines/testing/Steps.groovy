/** The steps of Jenkins and of its plugins that the Jenkinsfiles use: what each is given and where it stands is kept. */
class Steps extends Words {
  Run run
  final Map scm = [source: 'the commit of this build']

  static int secondsOf(Map arguments) {
    arguments.time * [SECONDS: 1, MINUTES: 60, HOURS: 3600, DAYS: 86400][arguments.unit ?: 'MINUTES']
  }

  private void needAgent(String word) {
    if (run.agents.empty) throw new Mistake("${run.path.join(' / ')}: ${word} needs an agent, and there is none here")
  }

  void sh(Object command) {
    needAgent('sh')
    run.shell(Words.plain(command, 'sh'))
  }

  void checkout(Object source) {
    needAgent('checkout')
    run.note('checkout')
  }

  void deleteDir() {
    needAgent('deleteDir')
    run.note('deleteDir', [directory: run.directories.join('/')])
  }

  void dir(String name, Closure body) {
    needAgent('dir')
    run.inside(run.directories, name) { run.perform(body) }
  }

  void stash(Map arguments) {
    needAgent('stash')
    run.stashes << arguments.name
    run.note('stash', arguments)
  }

  void unstash(String name) {
    needAgent('unstash')
    run.note('unstash', [name: name])
    if (!(name in run.stashes)) throw new Fault("No such saved stash '${name}'")
  }

  void junit(Map arguments) { report('junit', arguments) }

  void archiveArtifacts(Map arguments) { report('archiveArtifacts', arguments) }

  void recordIssues(Map arguments) { report('recordIssues', arguments) }

  void recordCoverage(Map arguments) { report('recordCoverage', arguments) }

  Map sarif(Map arguments) { [tool: 'sarif'] + arguments }

  private void report(String word, Map arguments) {
    needAgent(word)
    run.note(word, arguments)
    if (word in run.request.unstable) run.worsen('UNSTABLE')
  }

  void milestone(Map arguments) { run.note('milestone', arguments) }

  void timeout(Map arguments, Closure body) { run.inside(run.timeouts, secondsOf(arguments)) { run.perform(body) } }

  void catchError(Map arguments, Closure body) {
    try {
      run.perform(body)
    } catch (Fault fault) {
      run.note('caught', [message: arguments.message])
      if (arguments.buildResult != 'SUCCESS') run.worsen(arguments.buildResult ?: 'FAILURE')
    } catch (Interrupted interrupted) {
      // Jenkins goes on after an abort too, and takes its result whatever buildResult says.
      if (arguments.catchInterruptions == false) throw interrupted
      run.note('caught', [message: arguments.message])
      run.worsen('ABORTED')
    }
  }

  void node(String label, Closure body) { run.onAgent(label) { run.perform(body) } }

  void withCredentials(List bindings, Closure body) {
    def ids = bindings*.credentialsId
    run.withAll(run.credentials, ids) { run.perform(body) }
  }

  Map aws(Map arguments) { arguments }

  Map string(Map arguments) { arguments }
}
