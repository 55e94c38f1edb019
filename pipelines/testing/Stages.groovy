class Stages extends Words {
  List<Stage> all = []
  boolean insideParallel = false

  void stage(String name, Closure body) { all << Words.read(new Stage(name: name, place: "stage '${name}'", insideParallel: insideParallel), body).checked() }
}
