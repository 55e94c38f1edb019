class Stage extends Words {
  String name
  boolean insideParallel = false
  Closure agent, options, when, input, environment, steps, post
  List<Stage> stages, parallel

  void agent(Closure body) { agent = body }

  void options(Closure body) { options = body }

  void when(Closure body) { when = body }

  void input(Closure body) { input = body }

  void environment(Closure body) { environment = body }

  void steps(Closure body) { steps = body }

  void post(Closure body) { post = body }

  void stages(Closure body) { stages = Words.read(new Stages(place: "stages of ${place}", insideParallel: insideParallel), body).all }

  void parallel(Closure body) {
    if (insideParallel) throw new Mistake("${place}: Jenkins allows no parallel inside of parallel")
    parallel = Words.read(new Stages(place: "parallel of ${place}", insideParallel: true), body).all
  }

  Stage checked() {
    if ([steps, stages, parallel].count { it != null } != 1) throw new Mistake("${place} must have one of steps, stages and parallel")
    this
  }
}
