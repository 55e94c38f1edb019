class Interrupted extends RuntimeException {
  Interrupted(String message) { super(message) }
}
