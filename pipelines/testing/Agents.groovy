class Agents extends Words {
  String label

  void label(String name) { label = name }
}
