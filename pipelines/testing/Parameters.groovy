class Parameters extends Words {
  Map<String, String> defaults = [:]

  void choice(Map arguments) { defaults[arguments.name] = arguments.choices.first() }

  void string(Map arguments) { defaults[arguments.name] = arguments.defaultValue }
}
