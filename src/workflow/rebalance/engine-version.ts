/** Part of every run's identity: a change that can change a result raises it. */
export const ENGINE_VERSION = '0.2.0';
