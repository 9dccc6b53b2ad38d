// @ts-expect-error the module is not there, which the test is about
import './nowhere.ts';
