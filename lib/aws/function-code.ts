import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** The folder of the files that ship with a function, from its root. */
export const FILES_FOLDER = 'files';

/** A function's code: its bundle, and below {@link FILES_FOLDER} the files of the flow, by their paths from the flow's folder. */
export function functionCode(bundle: string, files: { readonly [path: string]: string }): Code {
  const shipped = Object.entries(files);
  if (shipped.length === 0) return Code.fromAsset(bundle);
  const copyInto = (folder: string): true => {
    cpSync(bundle, folder, { recursive: true });
    for (const [path, file] of shipped) {
      const target = join(folder, FILES_FOLDER, path);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(file, target, { dereference: true });
    }
    return true;
  };
  return Code.fromAsset(bundle, {
    assetHashType: AssetHashType.OUTPUT,
    // The image is never asked: what is to be done is done here.
    bundling: { image: DockerImage.fromRegistry('none'), local: { tryBundle: copyInto } },
  });
}
