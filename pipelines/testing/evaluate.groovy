// Reads requests from standard input, evaluates the build of each and prints what they did as JSON.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilationFailedException

// A shell that knows nothing of the classes here: with them Groovy 2.4 needs minutes to resolve what is nested so deep.
def shell = new GroovyShell()
def scripts = [:]

Root read(Script script) {
  Root root = null
  script.binding = new Binding(pipeline: { Closure body -> root = Words.read(new Root(place: 'pipeline'), body) })
  script.run()
  if (root == null) throw new Mistake('there is no pipeline')
  root
}

def answers = new JsonSlurper().parse(System.in, 'UTF-8').collect { request ->
  try {
    if (!scripts.containsKey(request.file)) scripts[request.file] = shell.parse(new File(request.file))
    new Run(request).evaluate(read(scripts[request.file]))
  } catch (Mistake | MissingMethodException | MissingPropertyException | CompilationFailedException mistake) {
    [mistake: mistake.message]
  }
}
println JsonOutput.toJson([groovy: GroovySystem.version, builds: answers])
