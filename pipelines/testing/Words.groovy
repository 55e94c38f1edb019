/**
 * Jenkins' declarative Pipeline, as far as the Jenkinsfiles of this folder use it. What a file says is first taken in as
 * a model and then evaluated in the order of Jenkins' own ModelInterpreter:
 *
 *   a stage: when (beforeOptions), options, when (beforeInput), input, when (beforeAgent), agent, when, environment,
 *            steps or stages or parallel, and post inside of agent and options
 *   post of a stage with parallel: inside of its options, on the agent of its parent
 *   post of the pipeline: on the agent of the pipeline, after all stages
 *
 * A word that Jenkins does not know there, or that nobody has modelled here, ends the run: DELEGATE_ONLY, and no
 * methodMissing that forgives.
 */
abstract class Words {
  /** Where it is, for the message. */
  String place

  static <T> T read(T words, Closure body) {
    def copy = (Closure) body.clone()
    copy.delegate = words
    copy.resolveStrategy = Closure.DELEGATE_ONLY
    copy.call()
    words
  }

  static String plain(Object value, String word) {
    if (!(value instanceof String)) throw new Mistake("${word}: a plain string is wanted, not ${value?.getClass()?.simpleName}")
    value
  }

  def methodMissing(String name, Object arguments) { throw new Mistake("${place} does not know the word ${name}") }

  def propertyMissing(String name) { throw new Mistake("${place} does not know the word ${name}") }

  def propertyMissing(String name, Object value) { throw new Mistake("${place} does not know the word ${name}") }
}
