class Post extends Words {
  /** Jenkins' own order. */
  static final List<String> ORDER = ['always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup']
  Map<String, Closure> blocks = [:]

  void always(Closure body) { blocks.always = body }

  void aborted(Closure body) { blocks.aborted = body }

  void failure(Closure body) { blocks.failure = body }

  void success(Closure body) { blocks.success = body }

  void unstable(Closure body) { blocks.unstable = body }

  void unsuccessful(Closure body) { blocks.unsuccessful = body }

  void cleanup(Closure body) { blocks.cleanup = body }

  static boolean isMeant(String condition, String result) {
    switch (condition) {
      case ['always', 'cleanup']: return true
      case 'unsuccessful': return result != 'SUCCESS'
      default: return [aborted: 'ABORTED', failure: 'FAILURE', success: 'SUCCESS', unstable: 'UNSTABLE'][condition] == result
    }
  }
}
