/** What is wrong without stopping the log, one sentence for each thing, the newest wins: as many as there are subjects. */
type WarningSubject = 'guards' | 'fleet.key' | 'fleet.head' | 'checkpoints.log' | 'checkpoint timer';

export type Warnings = Map<WarningSubject, string>;
