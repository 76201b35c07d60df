/** Entry of the CDK app. The stacks of a deployment are made here from `driftwire.yaml`; there are none in this version. */
import { App } from 'aws-cdk-lib';

new App().synth();
