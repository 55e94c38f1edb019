class Triggers extends Words {
  List<String> crons = []

  void cron(String line) { crons << line }
}
