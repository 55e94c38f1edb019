'use strict'

const silent = Object.assign(() => undefined, { enabled: false, namespace: '', extend: () => silent })

/** Stands in for the package `debug` inside the bundle. */
module.exports = Object.assign(() => silent, { enable: () => undefined, enabled: () => false, default: () => silent })
