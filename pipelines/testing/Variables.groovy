class Variables extends Words {
  Map<String, String> plain = [:]
  Map<String, String> secret = [:]

  Map credentials(String id) { [credentialsId: id] }

  void setProperty(String name, Object value) {
    if (name in ['place', 'plain', 'secret']) metaClass.setAttribute(this, name, value)
    else if (value instanceof Map) secret[name] = value.credentialsId
    else plain[name] = Words.plain(value, name)
  }
}
