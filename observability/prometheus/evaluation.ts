/** How often rules are judged where they do not say otherwise (B-1). */
export const evaluationSeconds = 15
