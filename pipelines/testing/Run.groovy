/**
 * One build: a model, what triggered it, and what goes wrong in it.
 * request: [env: [BRANCH_NAME, CHANGE_ID?, TAG_NAME?, …], fails: [command], aborts: [command], unstable: [step], approval: yes|no|timeout]
 */
class Run {
  static final List<String> RESULTS = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED']

  Map request
  String result = 'SUCCESS'
  List<Map> trace = []
  List<String> path = [], agents = [], locks = [], credentials = [], directories = []
  List<Integer> timeouts = []
  List<String> skipped = []
  Set<String> stashes = []
  String during = 'steps'
  Map<String, String> env

  Run(Map request) {
    this.request = request
    env = new LinkedHashMap<>(request.env)
  }

  void note(String word, Map facts = [:]) {
    trace << [word: word, path: path.clone(), during: during, agents: agents.clone(), locks: locks.clone(), credentials: credentials.clone(), seconds: timeouts.empty ? null : timeouts.min(), facts: facts]
  }

  void shell(String command) {
    note('sh', [command: command, env: env.findAll { name, value -> name != 'PATH' }])
    if (command in request.fails) throw new Fault("script returned exit code 5: ${command}")
    if (command in request.aborts) throw new Interrupted("aborted while ${command}")
  }

  void worsen(String other) {
    if (RESULTS.indexOf(other) > RESULTS.indexOf(result)) result = other
  }

  static String resultOf(Throwable error) { error == null ? 'SUCCESS' : error instanceof Interrupted ? 'ABORTED' : 'FAILURE' }

  void perform(Closure body) { Words.read(new Steps(place: "steps of ${path.join(' / ')}", run: this), body) }

  def inside(List held, Object one, Closure body) { withAll(held, [one], body) }

  def withAll(List held, List more, Closure body) {
    held.addAll(more)
    try {
      body.call()
    } finally {
      more.each { held.remove(held.size() - 1) }
    }
  }

  def onAgent(String label, Closure body) {
    note('agent', [label: label])
    inside(agents, label, body)
  }

  private withWrappers(List<Map> wrappers, Closure body) {
    if (wrappers.empty) return body.call()
    def wrapper = wrappers.first()
    def inner = { withWrappers(wrappers.drop(1), body) }
    if (wrapper.kind == 'timeout') return inside(timeouts, wrapper.seconds, inner)
    note('lock', [resource: wrapper.resource])
    inside(locks, wrapper.resource, inner)
  }

  private withVariables(Closure environment, Closure body) {
    if (environment == null) return body.call()
    def read = Words.read(new Variables(place: "environment of ${path.join(' / ')}"), environment)
    def before = env
    env = env + read.plain
    try {
      withAll(credentials, read.secret.values().toList(), body)
    } finally {
      env = before
    }
  }

  private withAnswer(Closure input, Closure body) {
    if (input == null) return body.call()
    def asked = Words.read(new Question(place: "input of ${path.join(' / ')}"), input).asked
    note('input', asked)
    if (request.approval != 'yes') throw new Interrupted(request.approval == 'no' ? 'rejected' : 'nobody has answered')
    def before = env
    if (asked.submitterParameter) env = env + [(asked.submitterParameter): 'ada']
    try {
      body.call()
    } finally {
      env = before
    }
  }

  /** All conditions run, the first error stands; what post itself does wrong counts too. */
  private Throwable afterwards(Closure post, Throwable error, String how) {
    if (post == null) return error
    def blocks = Words.read(new Post(place: "post of ${path.join(' / ') ?: 'the pipeline'}"), post).blocks
    def first = error
    Post.ORDER.findAll { blocks[it] != null && Post.isMeant(it, how) }.each { condition ->
      def before = during
      during = "post:${condition}"
      try {
        perform(blocks[condition])
      } catch (Fault | Interrupted fault) {
        worsen(resultOf(fault))
        first = first ?: fault
      } finally {
        during = before
      }
    }
    first
  }

  private skip(Stage stage, String why) {
    note('skip', [stage: stage.name, why: why])
    (stage.stages ?: stage.parallel ?: []).each { inner -> inside(path, inner.name) { skip(inner, why) } }
  }

  /** One after the other; after an error the others are skipped. */
  private inOrder(List<Stage> stages) {
    Throwable first = null
    stages.each { stage ->
      inside(path, stage.name) {
        if (first != null) return skip(stage, 'an earlier failure')
        try {
          runStage(stage)
        } catch (Fault | Interrupted error) {
          worsen(resultOf(error))
          first = error
        }
      }
    }
    if (first != null) throw first
  }

  /** All branches to their end; Jenkins runs them at the same time. */
  private sideBySide(List<Stage> branches) {
    Throwable first = null
    note('parallel', [branches: branches*.name])
    branches.each { branch ->
      inside(path, branch.name) {
        try {
          runStage(branch)
        } catch (Fault | Interrupted error) {
          worsen(resultOf(error))
          first = first ?: error
        }
      }
    }
    if (first != null) throw first
  }

  private body(Stage stage) {
    withVariables(stage.environment) {
      Throwable error = null
      try {
        if (stage.stages != null) inOrder(stage.stages)
        else if (stage.parallel != null) sideBySide(stage.parallel)
        else perform(stage.steps)
      } catch (Fault | Interrupted fault) {
        error = fault
      }
      error = afterwards(stage.post, error, resultOf(error))
      if (error != null) throw error
    }
  }

  private runStage(Stage stage) {
    note('stage', [stage: stage.name])
    def when = Words.read(new Conditions(place: "when of ${stage.place}", build: [env: env]), stage.when ?: {})
    // Jenkins looks once, at the first of these places that the file asks for.
    def at = when.before.options ? 'options' : when.before.input ? 'input' : when.before.agent ? 'agent' : 'body'
    def passes = { String place -> at != place || when.holds() }
    if (!passes('options')) return skip(stage, 'when')
    def options = Words.read(new Options(place: "options of ${stage.place}", env: env), stage.options ?: {})
    withWrappers(options.wrappers) {
      if (!passes('input')) return skip(stage, 'when')
      withAnswer(stage.input) {
        if (!passes('agent')) return skip(stage, 'when')
        def inAgent = { passes('body') ? body(stage) : skip(stage, 'when') }
        if (stage.agent == null) return inAgent()
        onAgent(Words.read(new Agents(place: "agent of ${stage.place}"), stage.agent).label, inAgent)
      }
    }
  }

  Map evaluate(Root root) {
    if (root.agentOfAll == null || root.stages == null) throw new Mistake('a pipeline must have an agent and stages')
    def options = Words.read(new Options(place: 'options', env: env), root.options ?: {})
    def parameters = Words.read(new Parameters(place: 'parameters'), root.parameters ?: {})
    def triggers = Words.read(new Triggers(place: 'triggers'), root.triggers ?: {})
    env = parameters.defaults + env
    def wanted = root.agentOfAll instanceof Closure ? Words.read(new Agents(place: 'agent'), root.agentOfAll).label : null
    def all = {
      withWrappers(options.wrappers) {
        withVariables(root.environment) {
          Throwable error = null
          try {
            inOrder(root.stages)
          } catch (Fault | Interrupted fault) {
            error = fault
          }
          worsen(resultOf(error))
          afterwards(root.post, error, result)
        }
      }
    }
    wanted == null ? all() : onAgent(wanted, all)
    [result: result, options: options.settings, crons: triggers.crons, trace: trace]
  }
}
