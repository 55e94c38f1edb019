class Fault extends RuntimeException {
  Fault(String message) { super(message) }
}
