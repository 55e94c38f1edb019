/** Each word answers its condition; a block of conditions is true where all of them are. */
class Conditions extends Words {
  Map build
  Map<String, Boolean> before = [options: false, input: false, agent: false]
  List<Boolean> verdicts = []

  private void add(boolean verdict) { verdicts << verdict }

  private List<Boolean> inside(Closure body) { Words.read(new Conditions(place: place, build: build), body).verdicts }

  void beforeOptions(boolean wanted) { before.options = wanted }

  void beforeInput(boolean wanted) { before.input = wanted }

  void beforeAgent(boolean wanted) { before.agent = wanted }

  void branch(String name) { add(build.env.CHANGE_ID == null && build.env.TAG_NAME == null && build.env.BRANCH_NAME == name) }

  void changeRequest() { add(build.env.CHANGE_ID != null) }

  void buildingTag() { add(build.env.TAG_NAME != null) }

  void environment(Map arguments) { add(build.env[arguments.name] == arguments.value) }

  void not(Closure body) { add(!inside(body).every()) }

  void anyOf(Closure body) { add(inside(body).any()) }

  void allOf(Closure body) { add(inside(body).every()) }

  boolean holds() { verdicts.every() }
}
