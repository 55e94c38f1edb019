/** A word in the wrong place is a fault of the file, not of a build. */
class Mistake extends Error {
  Mistake(String message) { super(message) }
}
