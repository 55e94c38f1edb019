class Question extends Words {
  Map asked = [:]

  void message(String text) { asked.message = text }

  void ok(String text) { asked.ok = text }

  void id(String text) { asked.id = text }

  void submitter(String names) { asked.submitter = names }

  void submitterParameter(String name) { asked.submitterParameter = name }
}
