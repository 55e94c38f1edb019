class Root extends Words {
  Object agentOfAll
  Closure options, environment, parameters, triggers, post
  List<Stage> stages

  String getNone() { 'none' }

  void agent(Object word) {
    if (word != 'none') throw new Mistake("agent ${word} at the top is not modelled: it would be held for the whole build")
    agentOfAll = word
  }

  void agent(Closure body) { agentOfAll = body }

  void options(Closure body) { options = body }

  void environment(Closure body) { environment = body }

  void parameters(Closure body) { parameters = body }

  void triggers(Closure body) { triggers = body }

  void post(Closure body) { post = body }

  void stages(Closure body) { stages = Words.read(new Stages(place: 'stages'), body).all }
}
